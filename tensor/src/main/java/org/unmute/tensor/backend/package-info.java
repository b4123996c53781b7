/**
 * The interface between tensors and the backends that compute them. {@link org.unmute.tensor.backend.Backends} finds
 * backends through the service loader and chooses one. {@link org.unmute.tensor.backend.Backend} defines the operations
 * of a backend.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.tensor.backend;

import org.jspecify.annotations.NullMarked;
