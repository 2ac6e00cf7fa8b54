//! Prints the gas of the main job.
fn main() -> Result<(), Box<dyn std::error::Error>> {
    for height in [4, 10, 16] {
        for cached in [true, false] {
            println!(
                "2^{height} cached {cached}: {:?}",
                e2e::gas(height, cached)?
            );
        }
    }
    Ok(())
}
