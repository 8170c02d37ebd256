"""A node of an EVM chain for the tests: py-evm beneath eth-tester, over JSON-RPC on loopback. Run as a program of its own.

    python tests/second/node.py        prints its port; ends when its standard input closes

It needs `requirements/anchor-dev.txt`, in whichever environment runs it. Every transaction makes a block; `evm_mine` makes empty ones.
"""

import ast
import json
import os
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from eth_tester import EthereumTester, PyEVMBackend
from eth_tester.exceptions import TransactionFailed, TransactionNotFound

TESTER = EthereumTester(PyEVMBackend())


def height(at: str) -> Any:
    """Read a block's number or name."""
    return int(at, 16) if at.startswith("0x") else at


def plain(asked: dict[str, Any]) -> dict[str, Any]:
    """Read a transaction that is only asked about, or that the node signs."""
    found = {"from": TESTER.get_accounts()[0]} | asked
    return {name: int(value, 16) if name in ("value", "gas") else value for name, value in found.items()} | {
        "gas": 3_000_000
    }


def reason(fault: TransactionFailed) -> str:
    """Read why a contract refused, as nodes do."""
    told = str(fault)
    said = ast.literal_eval(told) if told.startswith(("b'", 'b"')) else b""
    if said.startswith(bytes.fromhex("08c379a0")):  # Error(string)
        return said[68 : 68 + int.from_bytes(said[36:68], "big")].decode()
    return told


def receipt(told: str) -> dict[str, Any] | None:
    """Find what became of a transaction."""
    try:
        found = TESTER.get_transaction_receipt(told)
    except TransactionNotFound:
        return None
    return {
        "contractAddress": found["contract_address"],
        "status": hex(found["status"]),
        "gasUsed": hex(found["gas_used"]),
    }


METHODS: dict[str, Callable[..., Any]] = {
    "eth_chainId": lambda: hex(TESTER.backend.chain.chain_id),
    "eth_blockNumber": lambda: hex(TESTER.get_block_by_number("latest")["number"]),
    "eth_getBlockByNumber": lambda at, whole: {
        "baseFeePerGas": hex(TESTER.get_block_by_number(height(at))["base_fee_per_gas"])
    },
    "eth_gasPrice": lambda: hex(10**9),
    "eth_getBalance": lambda account, at: hex(TESTER.get_balance(account, height(at))),
    "eth_getTransactionCount": lambda account, at: hex(TESTER.get_nonce(account, height(at))),
    "eth_getCode": lambda account, at: TESTER.get_code(account, height(at)),
    "eth_call": lambda asked, at: TESTER.call(plain(asked), height(at)),
    "eth_estimateGas": lambda asked: hex(TESTER.estimate_gas(plain(asked))),
    "eth_sendRawTransaction": lambda raw: TESTER.send_raw_transaction(raw),
    "eth_sendTransaction": lambda asked: TESTER.send_transaction(plain(asked)),
    "eth_getTransactionReceipt": receipt,
    "evm_mine": lambda count: TESTER.mine_blocks(count),
}


class Node(BaseHTTPRequestHandler):
    """Answers JSON-RPC."""

    def do_POST(self) -> None:
        """Answer one call."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        told: dict[str, Any] = {"jsonrpc": "2.0", "id": asked["id"]}
        try:
            told["result"] = METHODS[asked["method"]](*asked["params"])
        except KeyError:
            told["error"] = {"code": -32601, "message": f"the method {asked['method']} does not exist"}
        except TransactionFailed as fault:
            told["error"] = {"code": 3, "message": f"execution reverted: {reason(fault)}"}
        except Exception as fault:  # noqa: BLE001 (a node tells whatever is wrong)
            told["error"] = {"code": -32000, "message": str(fault)}
        content = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", 0), Node)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
