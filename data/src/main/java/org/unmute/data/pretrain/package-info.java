/** Masked-autoencoder pre-training of the small encoder on unlabelled recordings, as run by {@code unmute pretrain}. */
package org.unmute.data.pretrain;
