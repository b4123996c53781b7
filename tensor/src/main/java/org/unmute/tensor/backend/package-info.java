/**
 * The interface between tensors and what computes them. {@link org.unmute.tensor.backend.Backends} finds the backends
 * through the service loader and chooses one; {@link org.unmute.tensor.backend.Backend} is what a backend computes.
 */
package org.unmute.tensor.backend;
