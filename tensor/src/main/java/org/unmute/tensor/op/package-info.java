/**
 * Differentiable operations as records: each checks shapes, computes the result and its gradient. Start at {@link
 * org.unmute.tensor.op.Op}.
 */
package org.unmute.tensor.op;
