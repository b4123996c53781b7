package org.unmute.audio;

import java.nio.ByteOrder;
import java.util.List;

/**
 * Location and format of the samples in an uncompressed file.
 *
 * @param channels 1 to 64, interleaved
 * @param sampleRate 1 to 768,000 Hz
 * @param start position of the first sample in the source
 * @param bytes length of the samples in bytes; -1 if they extend to the end of a source of unknown size
 * @param chunks whether other chunks may follow the samples
 * @param warnings problems of the header, as text for users
 */
record PcmLayout(
        SampleEncoding encoding,
        ByteOrder order,
        int channels,
        int sampleRate,
        long start,
        long bytes,
        boolean chunks,
        List<String> warnings) {
    /** Bytes of one frame, which is one sample of all channels. */
    int frameBytes() {
        return channels * encoding.bytes();
    }

    /** @throws UnreadableAudioException if the number of channels or the rate is not supported */
    static void check(long channels, long sampleRate, AudioSource source) throws UnreadableAudioException {
        if (channels < 1 || channels > AudioStream.MAX_CHANNELS) {
            throw new UnreadableAudioException(
                    source.name(), channels + " channels; 1 to " + AudioStream.MAX_CHANNELS + " are read");
        }
        if (sampleRate < 1 || sampleRate > AudioStream.MAX_RATE) {
            throw new UnreadableAudioException(
                    source.name(), "sample rate " + sampleRate + " Hz; 1 to " + AudioStream.MAX_RATE + " are read");
        }
    }
}
