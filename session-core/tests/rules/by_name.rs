//! The rules that a program knows by an SVM's name are those of that SVM.

use session_core::{
    execution::{Action, EXECUTE},
    rules::{self, Request, Svm, check},
};

#[test]
fn an_svm_by_name_says_what_its_rules_say() {
    let requests = [
        Request::CallData(b"else"),
        Request::CallData(&EXECUTE),
        Request::CallData(&[0; 3]),
        Request::Params(Action {
            to: &[0; 20],
            value: &[0; 32],
            data: &[],
        }),
    ];
    let sessions = [0, 128, 192, 256].map(|len| vec![0; len]);
    macro_rules! of {
        ($($svm:ident $rules:ident)+) => {
            $(
                for request in requests {
                    for session in &sessions {
                        let expected = check::<rules::$rules::Grant<'_>>(request, session);
                        assert_eq!(Svm::$svm.check(request, session), expected, "{request:?}");
                    }
                }
            )+
        };
    }
    of!(Abi abi DexSwap dex_swap Erc1155Mint erc1155_mint Erc20Approval erc20_approval
        Erc20Stake erc20_stake Erc20Transfer erc20_transfer);
}
