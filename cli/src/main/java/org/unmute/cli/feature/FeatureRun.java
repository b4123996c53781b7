package org.unmute.cli.feature;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.unmute.cli.audio.ClipProgress;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.Failure;
import org.unmute.cli.option.AudioOptions;
import org.unmute.data.OtherFiles;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.Units;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.files.TemporaryFile;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.models.encoder.TokenPooling;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.ClipPass;
import org.unmute.probes.cache.ClipSound;

/** Encodes clips and writes their features as {@link FeatureOptions} say. */
public final class FeatureRun {
    private final FeatureOptions options;
    private final OpenEncoder encoder;
    private final AudioOptions audio;
    private final Features.Request wanted;
    private final FeatureFile files;
    /** Folders of features that exist. */
    private final Set<Path> folders = new HashSet<>();

    private final PooledVectors pooled = new PooledVectors();
    private final List<Written> written = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();

    /** @throws CommandException if the encoder has no such features */
    public FeatureRun(FeatureOptions options, OpenEncoder encoder, AudioOptions audio) {
        this.options = options;
        this.encoder = encoder;
        this.audio = audio;
        wanted = options.request(encoder.encoder().describe());
        files = new FeatureFile(encoder, audio.resampling(), wanted);
    }

    private record Written(String recording, String file, List<Integer> tokens) {}

    private record Result(List<Written> files, List<String> skipped, OtherFiles otherFiles) {}

    private record PooledResult(
            String file,
            String pool,
            int vectors,
            int dim,
            List<String> clips,
            List<String> skipped,
            OtherFiles otherFiles) {}

    /**
     * Writes the features of all clips.
     *
     * @throws CommandException if a clip cannot be used that must not be skipped
     * @throws IOException if a file cannot be read or written
     */
    public void write(ClipPass pass, ClipProgress progress) throws IOException {
        while (pass.hasNext()) {
            for (ClipSound sound : pass.next()) {
                progress.read(sound);
                if (sound.failure() == null) {
                    write(sound);
                    progress.done(sound.clip());
                } else {
                    skip(sound, progress);
                }
            }
        }
    }

    private void write(ClipSound sound) throws IOException {
        AudioClip clip = sound.clip();
        if (options.pool() != null) {
            TokenMap map = encoder.encoder().features(sound.samples(), wanted).tokens();
            pooled.add(clip.id(), options.pool().apply(map));
            return;
        }
        Path file = options.isOne() ? options.out() : place(clip);
        TokenMap map = files.write(sound, file);
        written.add(new Written(clip.id(), file.toString(), List.of(map.time(), map.freq(), map.dim())));
    }

    private void skip(ClipSound sound, ClipProgress progress) {
        String reason = sound.clip().id() + ": " + Failure.of(sound.failure()).message();
        if (audio.strict() || options.isOne() && options.pool() == null) {
            throw CommandException.input(reason, sound.failure());
        }
        skipped.add(reason);
        progress.leftOut(sound.clip(), reason);
    }

    /** The file of a clip. Its folder is created if needed, and cleared of what a killed run had not finished. */
    private Path place(AudioClip clip) throws IOException {
        Path file = options.out().resolve(clip.id() + FeatureOptions.SAFETENSORS);
        if (folders.add(file.getParent())) {
            Files.createDirectories(file.getParent());
            TemporaryFile.sweep(file.getParent(), Duration.ZERO);
        }
        return file;
    }

    /**
     * Requires that a clip could be used.
     *
     * @param clips number of all clips
     */
    public void requireSome(int clips) {
        if (skipped.size() == clips) {
            throw CommandException.noneUsable(clips);
        }
    }

    /** Writes pooled vectors, if there are any, and the record. */
    public void finish(RunRecord record) throws IOException {
        Path out = options.out();
        encoder.note(record, audio.resampling()).result("skipped", skipped);
        if (options.pool() == null) {
            record.result("files", written.stream().map(Written::file).toList());
        } else {
            pooled.write(out, PooledVectors.FileKind.of(out), files.about(how()));
            record.result("pool", how())
                    .result("vectors", List.of(pooled.clips().size(), pooled.dim()))
                    .result("clips", pooled.clips());
        }
        if (options.isOne()) {
            record.writeBeside(out);
        } else {
            record.write(out);
        }
    }

    private String how() {
        return options.pool().name().toLowerCase(Locale.ROOT);
    }

    /** The document for JSON. */
    public Object document(OtherFiles others) {
        return options.pool() == null
                ? new Result(written, skipped, others)
                : new PooledResult(
                        options.out().toString(),
                        how(),
                        pooled.clips().size(),
                        pooled.dim(),
                        pooled.clips(),
                        skipped,
                        others);
    }

    /** Prints the same facts for a terminal. */
    public void print(PrintWriter o) {
        if (options.pool() != null) {
            o.println(options.out() + ": " + Units.count(pooled.clips().size(), "vector") + " of " + pooled.dim() + ", "
                    + (options.pool() == TokenPooling.CLS ? "the class token" : "the " + how() + " of the tokens"));
        }
        for (Written w : written) {
            List<Integer> tokens = w.tokens();
            o.println(w.file() + ": " + tokens.get(0) + " x " + tokens.get(1) + " tokens of " + tokens.get(2)
                    + " (time x freq)");
        }
        skipped.forEach(s -> o.println("  skipped " + s));
    }
}
