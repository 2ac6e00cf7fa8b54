//! Targets that no session may call (7.2-H).

use crate::support::flip_bit;
use session_core::{
    Address,
    target::{ENTRY_POINT_V06, ENTRY_POINT_V07, ENTRY_POINT_V08, ENTRY_POINT_V09, is_forbidden},
};

/// With its checksum.
fn address(text: &str) -> Address {
    let address = alloy_primitives::Address::parse_checksummed(text, None);
    address.unwrap().into()
}

/// As 7.2-H writes them.
fn entry_points() -> [Address; 4] {
    [
        "0x5FF137D4b0FDCD49DcA30c7CF57E578a026d2789",
        "0x0000000071727De22E5E9d8BAf0edAc6f37da032",
        "0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108",
        "0x433709009B8330FDa32311DF1C2AFA402eD8D009",
    ]
    .map(address)
}

#[test]
fn the_entry_points_are_the_specified_ones() {
    let ours = [
        ENTRY_POINT_V06,
        ENTRY_POINT_V07,
        ENTRY_POINT_V08,
        ENTRY_POINT_V09,
    ];
    assert_eq!(ours, entry_points());
}

#[test]
fn entry_points_are_forbidden_and_their_neighbours_are_not() {
    for entry_point in entry_points() {
        assert!(is_forbidden(&entry_point, &[]));
        assert!(is_forbidden(&entry_point, &[&[1; 20], &[2; 20]]));
        for bit in 0..160 {
            let mut neighbour = entry_point;
            flip_bit(&mut neighbour, bit);
            assert!(!is_forbidden(&neighbour, &[]), "bit {bit}");
            assert!(!is_forbidden(&neighbour, &[&[1; 20]]), "bit {bit}");
        }
    }
}

#[test]
fn each_own_address_is_forbidden_and_its_neighbours_are_not() {
    let own = [&[0xa1; 20], &[0xb2; 20], &[0xc3; 20]];
    for count in 0..=own.len() {
        for (index, address) in own.into_iter().enumerate() {
            let is_own = index < count;
            assert_eq!(is_forbidden(address, &own[..count]), is_own);
        }
    }
    for address in own {
        for bit in 0..160 {
            let mut neighbour = *address;
            flip_bit(&mut neighbour, bit);
            assert!(!is_forbidden(&neighbour, &own), "bit {bit}");
        }
    }
    assert!(!is_forbidden(&[0; 20], &own));
}
