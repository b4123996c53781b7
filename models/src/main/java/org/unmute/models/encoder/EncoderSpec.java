package org.unmute.models.encoder;

import java.util.List;
import java.util.stream.LongStream;

/**
 * What an encoder is, readable at a glance.
 *
 * @param name for instance {@code eat}
 * @param description one line: architecture and size
 * @param sampleRate Hz that {@link Encoder#encode} expects
 * @param windowSamples samples of one window; shorter input is padded as the authors do, longer input is cut into windows
 * @param frameSamples samples of one frame; a clip needs as many
 * @param frontEnd every setting of the front end in words and numbers; part of the cache key
 * @param time token rows of a full window
 * @param freq token columns
 * @param dim numbers a token
 * @param depth transformer blocks
 * @param hasCls whether there is a class token
 * @param classes names of the classes of the encoder's own head, in order; empty without a head
 */
public record EncoderSpec(String name, String description, int sampleRate, int windowSamples, int frameSamples, String frontEnd, int time,
        int freq, int dim, int depth, boolean hasCls, List<String> classes) {
    /** Keeps the class list unmodifiable. */
    public EncoderSpec {
        classes = List.copyOf(classes);
    }

    /** Names for the classes of a head whose checkpoint does not name them: {@code class_0}, {@code class_1}, … */
    static List<String> numberedClasses(long count) {
        return LongStream.range(0, count).mapToObj(i -> "class_" + i).toList();
    }
}
