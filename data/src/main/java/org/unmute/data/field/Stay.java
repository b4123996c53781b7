package org.unmute.data.field;

import org.unmute.audio.place.TimeAndPlace;

/**
 * A recording at its place for as long as it was read.
 *
 * @param recording id of the recording, for messages
 * @param place     when and where its file begins
 * @param start     where what was read begins in the file, in seconds
 * @param seconds   how much was read
 */
public record Stay(String recording, TimeAndPlace place, double start, double seconds) {}
