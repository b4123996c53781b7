package org.unmute.convert;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmute.files.RegularFile;
import org.unmute.files.Sha256;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.KeyMatch;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.graph.OnnxFile;
import org.unmute.models.weights.FileKind;
import org.unmute.tensor.io.SafetensorsWriter;
import org.unmute.tensor.io.StoredTensor;
import org.unmute.tensor.io.StoredType;

/**
 * Converts a checkpoint to a safetensors file that contains only its encoder, with the authors' tensor names. It works
 * in two steps, so that the {@linkplain #report report} can be inspected before anything is written.
 *
 * <pre>{@code
 * try (Conversion conversion = Conversion.open(Path.of("checkpoint.pt"), Conversion.Options.KEEP)) {
 *     ConversionReport report = conversion.report();
 *     conversion.writeTo(Path.of("encoder.safetensors"), false);
 * }
 * }</pre>
 *
 * <p>The metadata of the new file contain the encoder, the source's naming scheme (some encoders depend on it), values
 * that the model needs in addition to tensors, and the source. Metadata of a safetensors source, such as a licence, are
 * copied. {@code format} is {@code pt} unless the source states another one, because Hugging Face's loader rejects
 * files without it. Tensors are copied from the mapped source one at a time, so large checkpoints need little memory.
 */
public final class Conversion implements AutoCloseable {
    /** Metadata key: SHA-256 of the source file, 64 lower-case hexadecimal digits. */
    public static final String SOURCE_SHA256 = "unmute.source_sha256";
    /** Metadata key: the source's file name without its folder. */
    public static final String SOURCE_FILE = "unmute.source_file";
    /** Metadata key: number of tensors of the source that were dropped. */
    public static final String DROPPED = "unmute.source_dropped";

    private static final int MAX_NAMED = 8;

    private final Checkpoint file;
    private final Checkpoint view;
    private final Options options;
    private final ConversionReport report;

    /**
     * Conversion options.
     *
     * @param model name of an encoder family that the tensors must match; empty to recognise the family
     * @param type element type of the floating tensors; empty to keep the type of each. Integer tensors keep theirs.
     */
    public record Options(String model, Optional<StoredType> type) {
        /** Recognises the encoder and keeps the element types. */
        public static final Options KEEP = new Options("", Optional.empty());

        /** @throws IllegalArgumentException if weights cannot be stored in that type */
        public Options {
            if (type.isPresent() && !type.get().isFloating()) {
                throw new IllegalArgumentException("convert: weights cannot be stored as " + type.get()
                        + ": use F64, F32, F16 or BF16, or keep the types");
            }
        }
    }

    private Conversion(Checkpoint file, Checkpoint view, Options options, ConversionReport report) {
        this.file = file;
        this.view = view;
        this.options = options;
        this.report = report;
    }

    /**
     * Opens a checkpoint, recognises its encoder and checks all elements of that encoder. Writes nothing.
     *
     * @throws org.unmute.files.MalformedFileException if it is not a readable checkpoint
     * @throws org.unmute.models.checkpoint.UnusableCheckpointException if it does not contain a known encoder, or not
     *     the stated one
     * @throws IOException if it cannot be read
     */
    public static Conversion open(Path source, Options options) throws IOException {
        Checkpoint file =
                FileKind.of(source) == FileKind.ONNX ? Checkpoint.of(OnnxFile.open(source)) : Checkpoint.open(source);
        try {
            Encoders.Recognized known = Encoders.recognize(file, options.model());
            Checkpoint view = known.match().view(file, known.provider().name());
            return new Conversion(file, view, options, report(source, file, view, known, options));
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /**
     * Converts in one step.
     *
     * @param overwrite whether an existing file at the target may be replaced
     * @return the report of what was done with each tensor
     * @throws IOException as for {@link #open} and {@link #writeTo}
     */
    public static ConversionReport run(Path source, Path target, Options options, boolean overwrite)
            throws IOException {
        try (Conversion conversion = open(source, options)) {
            conversion.writeTo(target, overwrite);
            return conversion.report();
        }
    }

    private static ConversionReport report(
            Path source, Checkpoint file, Checkpoint view, Encoders.Recognized known, Options options)
            throws IOException {
        KeyMatch match = known.match();
        ConversionReport.RecognizedBy by = !options.model().isEmpty()
                ? ConversionReport.RecognizedBy.STATED
                : file.metadata().containsKey(KeyMatch.ENCODER)
                        ? ConversionReport.RecognizedBy.METADATA
                        : ConversionReport.RecognizedBy.TENSORS;
        Map<String, String> newNames = new HashMap<>();
        match.taken().forEach((to, from) -> newNames.put(from, to));
        List<ConversionReport.Line> lines = new ArrayList<>();
        List<String> flaws = new ArrayList<>();
        long parameters = 0;
        for (String from : file.names()) {
            StoredType type = file.type(from);
            String to = newNames.get(from);
            ConversionReport.Fate fate = to == null
                    ? ConversionReport.Fate.DROPPED
                    : to.equals(from) ? ConversionReport.Fate.KEPT : ConversionReport.Fate.RENAMED;
            lines.add(new ConversionReport.Line(fate, from, to, match.dropped().get(from), file.shape(from), type));
            if (to != null && type.isFloating()) {
                // Read only tensors that are converted, because an optimizer's state is larger than the model.
                StoredTensor tensor = file.entry(from);
                parameters = Math.addExact(parameters, tensor.shape().elements());
                ElementConversion.flaw(tensor, options.type().orElse(type)).ifPresent(flaws::add);
            }
        }
        return new ConversionReport(
                source,
                file.container(),
                Files.size(source),
                Sha256.of(source),
                known.provider().name(),
                by,
                by == ConversionReport.RecognizedBy.TENSORS && match.keyMap().prefixEnd() == null
                        ? alsoFits(file, known.provider())
                        : List.of(),
                match,
                lines,
                parameters,
                file.opaque(),
                flaws);
    }

    /** Other encoders with the same tensor names, which only the prefix or the caller can distinguish. */
    private static List<String> alsoFits(Checkpoint file, EncoderProvider known) {
        List<String> names = new ArrayList<>();
        for (EncoderProvider other : Encoders.providers()) {
            if (!other.name().equals(known.name()) && fits(file, other)) {
                names.add(other.name());
            }
        }
        return names;
    }

    private static boolean fits(Checkpoint file, EncoderProvider encoder) {
        try {
            return Encoders.match(encoder, file, true)
                    .filter(m -> m.missing().isEmpty()
                            && Encoders.reasonAgainst(encoder, m, file).isEmpty()
                            && (m.keyMap().carried().isEmpty()
                                    || !m.carried(file).isEmpty()))
                    .isPresent();
        } catch (UnusableCheckpointException e) {
            return false;
        }
    }

    /** Describes the checkpoint and what is done with each tensor. */
    public ConversionReport report() {
        return report;
    }

    /**
     * Checks that the encoder can be converted.
     *
     * @throws ConversionException if a required tensor is missing, or a number is not finite or does not fit the type
     */
    public void requireConvertible() throws ConversionException {
        List<String> missing = report.match().missing();
        if (!missing.isEmpty()) {
            throw new ConversionException(
                    "convert: " + report.source() + ": the '" + report.encoder() + "' in it is incomplete, "
                            + missing.size() + (missing.size() == 1 ? " tensor is missing: " : " tensors are missing: ")
                            + some(missing)
                            + " (names after conversion): a damaged or partial checkpoint, or state the model if it is"
                            + " another");
        }
        if (!report.flaws().isEmpty()) {
            throw new ConversionException("convert: " + report.source() + ": "
                    + report.flaws().getFirst()
                    + (report.flaws().size() > 1 ? " (and " + (report.flaws().size() - 1) + " more tensors)" : ""));
        }
    }

    private static String some(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(MAX_NAMED, names.size())))
                + (names.size() > MAX_NAMED ? ", …" : "");
    }

    /**
     * Writes the safetensors file. The target is replaced only once the new file is complete; after an exception it is
     * unchanged.
     *
     * @param overwrite whether an existing file may be replaced
     * @return bytes written
     * @throws IllegalArgumentException if the target is the source
     * @throws FileAlreadyExistsException if the target exists and must not be replaced
     * @throws ConversionException if a required tensor is missing, or a number is not finite or does not fit the type
     * @throws IOException if it cannot be written
     */
    public long writeTo(Path target, boolean overwrite) throws IOException {
        requireTarget(report.source(), target, overwrite);
        requireConvertible();
        SafetensorsWriter writer = new SafetensorsWriter();
        for (String name : view.names()) {
            StoredType type = view.type(name);
            StoredType to = type.isFloating() ? options.type().orElse(type) : type;
            if (to == type) {
                writer.add(name, to, view.shape(name), () -> view.entry(name).data());
            } else {
                writer.add(name, to, view.shape(name), () -> ElementConversion.converted(view.entry(name), to));
            }
        }
        metadata().forEach(writer::metadata);
        writer.write(target);
        return Files.size(target);
    }

    /**
     * Checks the target. {@link #writeTo} does this too, but an early check avoids reading a large source in vain.
     *
     * @throws IllegalArgumentException if the target is the source
     * @throws FileAlreadyExistsException if the target exists and must not be replaced
     */
    public static void requireTarget(Path source, Path target, boolean overwrite) throws IOException {
        if (!RegularFile.exists(target)) {
            return;
        }
        if (Files.isSameFile(source, target)) {
            throw new IllegalArgumentException("convert: source and target are the same file: " + source
                    + ": write to another, what is left out would be lost");
        }
        if (!overwrite) {
            throw new FileAlreadyExistsException(target.toString());
        }
    }

    private Map<String, String> metadata() {
        Map<String, String> all = new LinkedHashMap<>();
        if (file.container().equals(Checkpoint.SAFETENSORS)) {
            all.putAll(file.metadata());
        }
        all.putAll(report.match().carried(file));
        all.put(KeyMatch.ENCODER, view.metadata().get(KeyMatch.ENCODER));
        all.put(KeyMatch.NAMING, view.metadata().get(KeyMatch.NAMING));
        all.put(SOURCE_FILE, report.source().getFileName().toString());
        all.put(SOURCE_SHA256, report.sha256());
        all.put(DROPPED, "" + report.count(ConversionReport.Fate.DROPPED));
        all.putIfAbsent("format", "pt");
        return all;
    }

    /** Closes the checkpoint; the report stays valid. */
    @Override
    public void close() {
        file.close();
    }
}
