package org.unmute.convert;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.unmute.models.checkpoint.KeyMatch;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.StoredType;

/**
 * Describes a checkpoint and what is done with each of its tensors.
 *
 * @param source the file
 * @param container description of the file format
 * @param bytes size of the file
 * @param sha256 SHA-256 of the file, 64 lower-case hexadecimal digits
 * @param encoder the encoder family that was recognised, for instance {@code eat}
 * @param recognizedBy how the family was recognised
 * @param alsoFits other families with the same tensor names, if only the names identified the encoder
 * @param match the naming scheme and which tensors are converted, dropped and missing
 * @param tensors every tensor of the file, in the order of the file
 * @param parameters number of elements of the converted floating tensors: weights including the head, and stored tables
 * @param opaque objects in the file that are not interpreted
 * @param flaws descriptions of elements that prevent the conversion; empty if there are none
 */
public record ConversionReport(
        Path source,
        String container,
        long bytes,
        String sha256,
        String encoder,
        RecognizedBy recognizedBy,
        List<String> alsoFits,
        KeyMatch match,
        List<Line> tensors,
        long parameters,
        List<String> opaque,
        List<String> flaws) {
    /** The way in which the encoder was recognised. */
    public enum RecognizedBy {
        /** Stated by the caller; the tensors agree. */
        STATED,
        /** Stated in the file's metadata; the tensors agree. */
        METADATA,
        /** Recognised by a combination of tensors that only this encoder has. */
        TENSORS
    }

    /** What is done with a tensor. */
    public enum Fate {
        /** Written under the same name. */
        KEPT,
        /** Written under another name. */
        RENAMED,
        /** Not written. */
        DROPPED
    }

    /**
     * One tensor of the file.
     *
     * @param fate what is done with it
     * @param from its name in the file
     * @param to its new name; null if it is dropped
     * @param reason why it is dropped; null if it is not
     * @param shape its sizes
     * @param type its element type in the file
     */
    public record Line(
            Fate fate,
            String from,
            @Nullable String to,
            @Nullable String reason,
            Shape shape,
            StoredType type) {}

    /** Copies the lists. */
    public ConversionReport {
        alsoFits = List.copyOf(alsoFits);
        tensors = List.copyOf(tensors);
        opaque = List.copyOf(opaque);
        flaws = List.copyOf(flaws);
    }

    /** Whether the file contains every tensor that the encoder needs. */
    public boolean complete() {
        return match.missing().isEmpty();
    }

    /** The number of tensors with this fate. */
    public long count(Fate fate) {
        return tensors.stream().filter(t -> t.fate() == fate).count();
    }
}
