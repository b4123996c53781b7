/**
 * The supported encoders, one file each: a network with its front end, and the provider through which {@link
 * org.unmute.models.encoder.Encoders} finds it. They use only classes that are also available to encoders in other
 * jars: {@link org.unmute.models.zoo.Vit}, the network shared by six of them, and {@link
 * org.unmute.models.zoo.ClassHead}.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.models.zoo;

import org.jspecify.annotations.NullMarked;
