/**
 * When and where a recording was made, as its file's name and the notes of its recorder tell. Nothing here guesses:
 * what cannot be read is a problem in words, never an exception.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.audio.place;

import org.jspecify.annotations.NullMarked;
