/**
 * Layers of networks with named parameters: {@link org.unmute.tensor.nn.Layer} and the common ones, initial parameters,
 * and their state as a file.
 */
package org.unmute.tensor.nn;
