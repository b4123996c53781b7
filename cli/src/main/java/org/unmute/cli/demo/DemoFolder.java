package org.unmute.cli.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.Resampler;
import org.unmute.cli.audio.ClipProgress;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.CommandRun;
import org.unmute.cli.console.Progress;
import org.unmute.data.ClipList;
import org.unmute.data.scene.SceneFolder;
import org.unmute.data.scene.SyntheticScenes;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.files.AtomicFile;
import org.unmute.files.RegularFile;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.CacheOptions;
import org.unmute.probes.cache.Embedding;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.cache.TokenCacheWriter;
import org.unmute.tensor.DType;

/**
 * The recordings and tokens of the demo.
 *
 * @param out   the folder
 * @param train number of training clips
 * @param test  number of test clips
 * @param seed  of the recordings
 */
public record DemoFolder(Path out, int train, int test, long seed) {
    /** Synthesizes the recordings, or reuses those of an earlier run with the same settings. */
    public Path recordings(CommandRun command) throws IOException {
        Path folder = out.resolve("recordings");
        Path note = out.resolve("demo-settings.txt");
        String settings = "train " + train + ", test " + test + ", seed " + seed + "\n";
        if (RegularFile.exists(folder.resolve(SceneFolder.MANIFEST))) {
            String before = RegularFile.exists(note) ? Files.readString(note) : "unknown settings";
            if (!before.equals(settings)) {
                throw CommandException.usage(folder + " was made with other settings (" + before.strip()
                        + "), now they are " + settings.strip() + ": choose another --out");
            }
            return folder;
        }
        // Written before the recordings: a manifest left by a killed run is assumed to have these settings.
        AtomicFile.write(note, settings.getBytes(StandardCharsets.UTF_8));
        try (Progress progress = command.progress("synthesizing", "clips", train + test)) {
            new SyntheticScenes(SyntheticScenes.Options.standard(), seed).write(folder, train, test);
            progress.advance(train + test);
        }
        return folder;
    }

    /** Embeds the recordings, or resumes that. The caller closes the cache. */
    public TokenCache embed(
            OpenEncoder encoder, Path recordings, BiFunction<List<AudioClip>, EncoderSpec, ClipProgress> display)
            throws IOException {
        Path folder = out.resolve("cache");
        List<AudioClip> clips = ClipList.of(recordings, null).clips();
        try (TokenCacheWriter writer =
                        TokenCacheWriter.open(folder, encoder.key("hann", DType.F16), CacheOptions.DEFAULT);
                ClipProgress progress = display.apply(clips, encoder.encoder().describe())) {
            new Embedding(encoder.encoder(), AudioFiles::open, Resampler.Kernel.HANN, true)
                    .run(clips, writer, progress);
        }
        return TokenCache.open(folder);
    }
}
