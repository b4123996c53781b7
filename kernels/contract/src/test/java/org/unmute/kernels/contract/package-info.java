/**
 * The contract of all backends, operation by operation: {@link org.unmute.kernels.contract.BackendContract} runs the
 * whole suite, and the scalar backend in float64 is its reference.
 */
package org.unmute.kernels.contract;
