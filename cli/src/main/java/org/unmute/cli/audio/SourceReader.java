package org.unmute.cli.audio;

import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.unmute.audio.Resampler;
import org.unmute.files.Sha256;

/** Reads recordings at one sample rate, caches them while memory allows, and collects their hashes. */
public final class SourceReader {
    private final int rate;
    private final RecordingWarnings warnings;
    private final Map<Path, SoftReference<float[]>> cached = new HashMap<>();
    private final Map<String, String> hashes = new TreeMap<>();

    /** @param warnings receives problems of recordings that are read nevertheless */
    public SourceReader(int rate, RecordingWarnings warnings) {
        this.rate = rate;
        this.warnings = warnings;
    }

    /** Reads a file as mono samples at the reader's rate. */
    public float[] read(Path file) throws IOException {
        SoftReference<float[]> reference = cached.get(file);
        float[] samples = reference == null ? null : reference.get();
        if (samples == null) {
            samples = warnings.read(file).resampled(rate, Resampler.Kernel.HANN).samples();
            cached.put(file, new SoftReference<>(samples));
            hashes.putIfAbsent(file.getFileName().toString(), Sha256.of(file));
        }
        return samples;
    }

    /** The number of distinct recordings read. */
    public int used() {
        return hashes.size();
    }

    /** A single hash over all recordings read: the hash of the lines "hash, two spaces, name", sorted by name. */
    public String sha256() {
        StringBuilder lines = new StringBuilder();
        hashes.forEach(
                (name, hash) -> lines.append(hash).append("  ").append(name).append('\n'));
        return Sha256.of(lines.toString());
    }
}
