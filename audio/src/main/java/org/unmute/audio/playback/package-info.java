/** How a recording is played to an encoder: which of its channels, and how fast. */
package org.unmute.audio.playback;
