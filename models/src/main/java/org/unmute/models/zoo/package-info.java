/**
 * The encoders that can be read, one file each: a network with its front end, and the provider through which {@link
 * org.unmute.models.encoder.Encoders} finds it. They use what an encoder in another jar can use: {@link
 * org.unmute.models.zoo.Vit}, the network that six of them share, and {@link org.unmute.models.zoo.ClassHead}.
 */
package org.unmute.models.zoo;
