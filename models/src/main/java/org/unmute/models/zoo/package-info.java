/**
 * The encoders that can be read, one file each: a network with its front end, and the provider through which {@link
 * org.unmute.models.encoder.Encoders} finds it. They use what an encoder in another jar can use.
 */
package org.unmute.models.zoo;
