/**
 * From samples to the input of a network: {@link org.unmute.models.frontend.FrontEnd} and its kinds, and the filter
 * banks they are made of, {@link org.unmute.models.frontend.KaldiFbank} and {@link
 * org.unmute.models.frontend.MelSpectrogram}.
 */
package org.unmute.models.frontend;
