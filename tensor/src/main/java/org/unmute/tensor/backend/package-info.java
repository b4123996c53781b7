/**
 * The seam between tensors and what computes them. {@link org.unmute.tensor.backend.Backends} finds the backends by the
 * service loader, chooses one, and closes it; {@link org.unmute.tensor.backend.Backend} is what one does.
 */
package org.unmute.tensor.backend;
