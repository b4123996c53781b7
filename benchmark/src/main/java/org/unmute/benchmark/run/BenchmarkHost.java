package org.unmute.benchmark.run;

import java.util.List;
import org.unmute.events.encoder.KnownDigests;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.Embedding;

/** What a benchmark needs of the program that runs it. */
public interface BenchmarkHost {
    /** Hashes the files of encoders. */
    KnownDigests digests();

    /**
     * Starts a progress bar.
     *
     * @param what the kind of work, such as "embedding"
     * @param unit the unit counted, such as "clips"
     * @param total the total number of units
     */
    ProgressBar progress(String what, String unit, long total);

    /**
     * Starts a progress bar of an embedding; it resumes if it is interrupted.
     *
     * @param what    the kind of work
     * @param clips   what is embedded
     * @param encoder what they are embedded with
     */
    Embedding.Listener embedding(String what, List<AudioClip> clips, EncoderSpec encoder);

    /** Whether to continue with token caches that have lost some of their clips. */
    default boolean allowsMissingTokens() {
        return false;
    }

    /** Prints a line for the user, unless output is silenced. */
    void tell(String line);
}
