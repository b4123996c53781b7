package org.unmute.probes.event;

/**
 * An event that was found.
 *
 * @param label  index of the class
 * @param onset  in seconds from the start
 * @param offset in seconds
 * @param score  the max score of its frames
 * @param peak   middle of the frame with that score, in seconds
 */
public record Detection(int label, double onset, double offset, float score, double peak) {}
