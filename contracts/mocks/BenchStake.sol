// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.17;

import {BenchToken} from "./BenchToken.sol";

/// @notice Keeps what is staked of one token.
contract BenchStake {
    BenchToken public immutable token;
    uint256 public total;
    mapping(address => uint256) public staked;

    event Staked(address indexed account, uint256 amount);

    constructor(BenchToken token_) {
        token = token_;
    }

    function stake(uint256 amount) external {
        total += amount;
        staked[msg.sender] += amount;
        require(token.transferFrom(msg.sender, address(this), amount), "STF");
        emit Staked(msg.sender, amount);
    }
}
