/**
 * Masked-autoencoder pre-training of the small encoder on recordings without labels; what {@code unmute pretrain} runs.
 */
package org.unmute.experiments.pretrain;
