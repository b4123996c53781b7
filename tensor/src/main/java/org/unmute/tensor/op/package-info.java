/**
 * Operations as records: each checks shapes, computes, and knows its gradient. Start at {@link
 * org.unmute.tensor.op.Op}.
 */
package org.unmute.tensor.op;
