package org.unmute.models.encoder;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.KeyMatch;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.tensor.io.SafetensorsFile;

/** Opens an encoder from a checkpoint, recognising from its tensors which one it is. */
public final class Encoders {
    private static final String EMBEDDED = "small-vit.safetensors";
    /**
     * In the order in which they are tried. What tells the first ones is theirs alone; those whose names others share
     * come last.
     */
    private static final List<EncoderFamily> FAMILIES = List.of(
            SmallVit.FAMILY,
            Kwt.FAMILY,
            Eat.FAMILY,
            Beats.FAMILY,
            Dasheng.FAMILY,
            Ast.FAMILY,
            Asit.FAMILY,
            BirdMae.FAMILY,
            AudioMae.FAMILY);

    private Encoders() {}

    /** A file with what is known of it. */
    public record Recognized(EncoderFamily family, KeyMatch match) {}

    /** All kinds of encoders known here. */
    public static List<EncoderFamily> families() {
        return FAMILIES;
    }

    /**
     * The small encoder that comes with this module, made by {@code unmute pretrain}; its metadata tell the recipe, the
     * data and the licence.
     */
    public static Encoder embedded() {
        try (SafetensorsFile file = SafetensorsFile.of(EMBEDDED, embeddedBytes())) {
            return build(Checkpoint.of(file), EncoderSettings.AUTHORS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The embedded encoder's safetensors file. */
    public static byte[] embeddedBytes() {
        try (InputStream in = Encoders.class.getResourceAsStream(EMBEDDED)) {
            if (in == null) {
                throw new IllegalStateException(
                        "the resource " + EMBEDDED + " is missing from the jar: the build is incomplete");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Opens a checkpoint with the authors' settings.
     *
     * @throws org.unmute.tensor.io.MalformedFileException if the file is no checkpoint that can be read, or a damaged
     *     one
     * @throws UnusableCheckpointException if no known encoder is in it, or one with tensors missing
     */
    public static Encoder open(Path checkpoint) throws IOException {
        return open(checkpoint, EncoderSettings.AUTHORS);
    }

    /**
     * Opens a checkpoint.
     *
     * @throws org.unmute.tensor.io.MalformedFileException if the file is no checkpoint that can be read, or a damaged
     *     one
     * @throws UnusableCheckpointException if no known encoder is in it, or one with tensors missing
     * @throws IllegalArgumentException if the settings do not fit the encoder
     */
    public static Encoder open(Path checkpoint, EncoderSettings settings) throws IOException {
        try (Checkpoint file = Checkpoint.open(checkpoint)) {
            return build(file, settings);
        }
    }

    /**
     * Builds the encoder that a checkpoint holds; the checkpoint is not needed afterwards.
     *
     * @throws UnusableCheckpointException if no known encoder is in it, or one with tensors missing
     * @throws IllegalArgumentException if the settings do not fit the encoder, or it has no such setting
     */
    public static Encoder build(Checkpoint file, EncoderSettings settings) {
        Recognized known = recognize(file, settings.model());
        // A file that says what it is, such as a converted one, is as good as a caller who does.
        String stated =
                settings.model().isEmpty() ? file.metadata().getOrDefault(KeyMatch.ENCODER, "") : settings.model();
        Encoder encoder = known.family()
                .reader()
                .read(known.match().view(file, known.family().name()), settings.withModel(stated));
        SettingsCheck.check(known.family(), encoder.describe(), settings);
        return encoder;
    }

    /**
     * Finds out which encoder is in a file: the one that is asked for, or that the file's metadata name, or whose
     * tensors it has.
     *
     * @param model name of a family; empty to recognise it
     * @throws UnusableCheckpointException if there is none, or not the one asked for
     */
    public static Recognized recognize(Checkpoint file, String model) {
        String stated = model.isEmpty() ? file.metadata().getOrDefault(KeyMatch.ENCODER, "") : model;
        if (!stated.isEmpty()) {
            EncoderFamily family = FAMILIES.stream()
                    .filter(f -> f.isNamed(stated))
                    .findFirst()
                    .orElseThrow(() -> new UnusableCheckpointException(
                            file.origin() + ": no encoder is called '" + stated + "'; known are " + names()));
            KeyMatch match = family.match(file, true)
                    .orElseThrow(() -> new UnusableCheckpointException(
                            file.origin() + ": this is no '" + stated + "' checkpoint: it has no "
                                    + family.keyMaps().getFirst().signature() + " below one prefix; " + found(file)));
            return new Recognized(family, match);
        }
        for (EncoderFamily family : FAMILIES) {
            Optional<KeyMatch> match = family.match(file, false);
            if (match.isPresent()) {
                return new Recognized(family, match.get());
            }
        }
        throw new UnusableCheckpointException(file.origin() + ": no encoder known here is in this file: " + found(file)
                + "; known are " + names() + ", see 'unmute encoders'");
    }

    private static String found(Checkpoint file) {
        return file.names().isEmpty()
                ? "it has no tensors"
                : "its first tensors are " + file.names().stream().limit(5).toList();
    }

    private static List<String> names() {
        return FAMILIES.stream().map(EncoderFamily::name).toList();
    }
}
