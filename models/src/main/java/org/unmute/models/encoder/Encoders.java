package org.unmute.models.encoder;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.unmute.tensor.io.SafetensorsFile;

/** Opens an encoder from a checkpoint, recognising from its tensors which one it is. */
public final class Encoders {
    private static final String EMBEDDED = "small-vit.safetensors";

    private Encoders() {}

    /**
     * The small encoder that comes with this module, made by {@code unmute pretrain}; its metadata tell the recipe, the data
     * and the licence.
     */
    public static Encoder embedded() {
        try (SafetensorsFile file = SafetensorsFile.of(EMBEDDED, embeddedBytes())) {
            return SmallVit.read(Checkpoint.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The embedded encoder's safetensors file. */
    public static byte[] embeddedBytes() {
        try (InputStream in = Encoders.class.getResourceAsStream(EMBEDDED)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + EMBEDDED + " is missing from the jar: the build is incomplete");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Opens a checkpoint with the authors' settings.
     *
     * @throws org.unmute.tensor.io.MalformedFileException if the file is no valid safetensors file
     * @throws UnusableCheckpointException if no known encoder is in it, or one with tensors missing
     */
    public static Encoder open(Path checkpoint) throws IOException {
        return open(checkpoint, Eat.Settings.AUDIOSET);
    }

    /**
     * Opens a checkpoint.
     *
     * @param eat settings used if it is EAT or SSLAM
     */
    public static Encoder open(Path checkpoint, Eat.Settings eat) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(checkpoint)) {
            return build(Checkpoint.of(file), eat);
        }
    }

    /** Builds the encoder that a checkpoint holds; the checkpoint is not needed afterwards. */
    public static Encoder build(Checkpoint checkpoint, Eat.Settings eat) {
        if (SmallVit.recognizes(checkpoint)) {
            return SmallVit.read(checkpoint);
        }
        if (Kwt.recognizes(checkpoint)) {
            return new Kwt(checkpoint);
        }
        if (Eat.recognizes(checkpoint)) {
            return new Eat(checkpoint, eat);
        }
        throw new UnusableCheckpointException(checkpoint.origin() + ": no encoder known here is in this file: its first tensors are "
                + checkpoint.names().stream().limit(5).toList() + "; known are EAT and SSLAM (authors' and Hugging Face names), "
                + "KWT, and what 'unmute pretrain' writes");
    }
}
