package org.unmute.cli.base;

import java.util.List;
import org.unmute.benchmark.run.BenchmarkHost;
import org.unmute.benchmark.run.ProgressBar;
import org.unmute.events.encoder.KnownDigests;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.Embedding;

/**
 * Lets a benchmark report its progress through a command.
 *
 * @param allowsMissingTokens whether caches may have lost clips
 */
public record CommandHost(ComputingCommand command, KnownDigests digests, boolean allowsMissingTokens)
        implements BenchmarkHost {
    @Override
    public ProgressBar progress(String what, String unit, long total) {
        return command.progress(what, unit, total);
    }

    @Override
    public Embedding.Listener embedding(String what, List<AudioClip> clips, EncoderSpec encoder) {
        return command.progress(what, clips, encoder).resumable();
    }

    @Override
    public void tell(String line) {
        command.tell(line);
    }
}
