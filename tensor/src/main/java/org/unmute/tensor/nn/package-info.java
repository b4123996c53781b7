/**
 * Layers of networks with named parameters: {@link org.unmute.tensor.nn.Layer} and the common ones, initial parameters,
 * and their state as a file.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.tensor.nn;

import org.jspecify.annotations.NullMarked;
