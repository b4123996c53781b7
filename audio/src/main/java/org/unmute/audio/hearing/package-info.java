/** How a recording is heard: which of its channels, and how fast. */
package org.unmute.audio.hearing;
