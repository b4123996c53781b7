/** Cuts events out of their recordings, a sound file each: which ones, and the files with their table. */
package org.unmute.events.clips;
