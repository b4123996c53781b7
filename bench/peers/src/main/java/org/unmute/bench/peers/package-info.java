/** The engines of others that run in Java: PyTorch, ONNX Runtime and libraries of matrix products. */
package org.unmute.bench.peers;
