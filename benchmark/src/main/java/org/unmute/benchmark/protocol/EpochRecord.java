package org.unmute.benchmark.protocol;

import org.unmute.data.json.JsonFields;

/**
 * The record of one epoch of a training.
 *
 * @param epoch from 1
 * @param loss mean loss of the batches, each before its update
 * @param validation score of the validation clips after the epoch, from 0 to 1; NaN if there is none
 * @param rate learning rate of the last step
 * @param seconds duration, including validation
 */
public record EpochRecord(int epoch, double loss, double validation, double rate, double seconds) {
    /** Parses the record in a journal line. */
    public static EpochRecord of(JsonFields f) {
        return new EpochRecord(
                f.intCount("epoch"), f.number("loss"), f.number("validation"), f.number("rate"), f.number("seconds"));
    }
}
