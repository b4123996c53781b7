package org.unmute.data.scene;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Resampler;
import org.unmute.audio.StreamingResampler;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.files.Sha256;

/**
 * A background recording, of any length.
 *
 * @param id      unique name, written to tables
 * @param path    its location
 * @param sha256  hash of its content
 * @param samples its length at {@code rate}
 * @param rate    sample rate of the mix, in Hz
 */
public record BackgroundFile(String id, Path path, String sha256, long samples, int rate) {
    private static final int BLOCK = 1 << 14;

    /**
     * Reads a file once to its end, to detect damage before it is used. Memory does not depend on its length.
     *
     * @param warnings receives anything unusual about the file
     * @throws UnreadableAudioException if it is damaged, empty or silent, or has samples that are not finite
     * @throws IOException              if it cannot be opened
     */
    public static BackgroundFile scan(String id, Path path, int rate, Consumer<String> warnings) throws IOException {
        long frames = 0;
        float peak = 0;
        int own;
        try (AudioStream stream = AudioFiles.open(path)) {
            own = stream.sampleRate();
            // Rejects sample rates that cannot be converted to each other.
            StreamingResampler.of(stream, rate, Resampler.Kernel.HANN);
            float[] block = new float[BLOCK];
            for (int n = stream.read(block, 0, BLOCK); n >= 0; n = stream.read(block, 0, BLOCK)) {
                for (int i = 0; i < n; i++) {
                    if (!Float.isFinite(block[i])) {
                        throw new UnreadableAudioException(
                                path.toString(), "sample " + (frames + i) + " is not finite: " + block[i]);
                    }
                    peak = Math.max(peak, Math.abs(block[i]));
                }
                frames += n;
            }
            stream.warnings().forEach(warnings);
        }
        if (peak == 0) {
            throw new UnreadableAudioException(path.toString(), frames == 0 ? "it has no samples" : "it is silent");
        }
        return new BackgroundFile(id, path, Sha256.of(path), frames * rate / own, rate);
    }

    /** {@code length} samples from {@code from}, at the sample rate of the mix. */
    float[] read(long from, int length) throws IOException {
        float[] samples = new float[length];
        try (AudioStream stream = StreamingResampler.of(AudioFiles.open(path), rate, Resampler.Kernel.HANN)) {
            stream.seek(from);
            int done = 0;
            while (done < length) {
                int n = stream.read(samples, done, length - done);
                if (n < 0) {
                    throw new UnreadableAudioException(
                            path.toString(),
                            "it has changed: it ends before sample " + (from + length) + ", and had " + this.samples
                                    + " when it was first read");
                }
                done += n;
            }
        }
        return samples;
    }
}
