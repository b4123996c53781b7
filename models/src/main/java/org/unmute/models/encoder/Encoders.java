package org.unmute.models.encoder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.checkpoint.KeyMatch;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.tensor.io.SafetensorsFile;

/** Opens encoders from checkpoints and detects the kind of encoder from the tensors. */
public final class Encoders {
    private static final String EMBEDDED = "small-vit.safetensors";
    /** Advice for messages about an encoder that is not found. */
    private static final String FROM_A_JAR =
            "; an encoder in a jar of its own is found if the jar is on the class path (UNMUTE_CLASSPATH of ./unmute)";

    private Encoders() {}

    /** The contents of a checkpoint: the kind of encoder, and where its tensors are. */
    public record Recognized(EncoderProvider provider, KeyMatch match) {}

    /**
     * Every kind of encoder on the class path or module path, in the order in which they are tried.
     *
     * @throws IllegalStateException if two have the same name or alias
     */
    public static List<EncoderProvider> providers() {
        return distinct(ServiceLoader.load(EncoderProvider.class, EncoderProvider.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparingInt(EncoderProvider::rank))
                .toList());
    }

    /** Returns the same providers after checking that no two share a name; otherwise either might open a file. */
    static List<EncoderProvider> distinct(List<EncoderProvider> providers) {
        Map<String, EncoderProvider> byName = new HashMap<>();
        for (EncoderProvider provider : providers) {
            for (String name : names(provider)) {
                EncoderProvider first = byName.putIfAbsent(name, provider);
                if (first != null && first != provider) {
                    throw new IllegalStateException("encoder " + name + ": provided by "
                            + first.getClass().getName() + " and "
                            + provider.getClass().getName()
                            + ": rename one, or take one of the jars off the class path");
                }
            }
        }
        return providers;
    }

    private static List<String> names(EncoderProvider provider) {
        List<String> names = new ArrayList<>(provider.aliases());
        names.add(provider.name());
        return names;
    }

    /** The kind of encoder with this name or alias. */
    public static Optional<EncoderProvider> find(String name) {
        return providers().stream().filter(p -> names(p).contains(name)).findFirst();
    }

    /**
     * The small encoder embedded in this module, trained by {@code unmute pretrain}. Its metadata describe recipe, data
     * and licence.
     */
    public static Encoder embedded() {
        try (SafetensorsFile file = SafetensorsFile.of(EMBEDDED, embeddedBytes())) {
            return build(Checkpoint.of(file), EncoderSettings.AUTHORS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The safetensors file of the embedded encoder. */
    public static byte[] embeddedBytes() {
        return Resource.bytes(EMBEDDED);
    }

    /**
     * Opens a checkpoint with the authors' settings.
     *
     * @throws org.unmute.files.MalformedFileException if the file is damaged or not a supported checkpoint
     * @throws UnusableCheckpointException if it holds no known encoder, or one with missing tensors
     */
    public static Encoder open(Path checkpoint) throws IOException {
        return open(checkpoint, EncoderSettings.AUTHORS);
    }

    /**
     * Opens a checkpoint.
     *
     * @throws org.unmute.files.MalformedFileException if the file is damaged or not a supported checkpoint
     * @throws UnusableCheckpointException if it holds no known encoder, or one with missing tensors
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
     * @throws UnusableCheckpointException if it holds no known encoder, or one with missing tensors
     * @throws IllegalArgumentException if the settings do not fit the encoder, or it does not support one of them
     */
    public static Encoder build(Checkpoint file, EncoderSettings settings) {
        Recognized known = recognize(file, settings.model());
        EncoderProvider provider = known.provider();
        requireKnown(settings.config().keySet(), provider);
        EncoderNetwork network = provider.open(
                known.match().view(file, provider.name()), settings.withModel(stated(file, settings.model())));
        settings.requireFollowed(provider.name(), network.spec());
        return new Encoder(network).atSpeed(settings.speed());
    }

    private static void requireKnown(Set<String> asked, EncoderProvider provider) {
        Set<String> known = provider.configEntries();
        if (known.isEmpty() && !asked.isEmpty()) {
            throw new IllegalArgumentException(
                    provider.name() + ": no configuration is read for this encoder, but given were " + asked);
        }
        for (String name : asked) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("configuration: there is no entry '" + name
                        + "' that is read; known are " + new TreeSet<>(known));
            }
        }
    }

    /**
     * The kind that the caller asks for, or else the one that the file names, as converted files do; empty if there is
     * neither.
     */
    private static String stated(Checkpoint file, String model) {
        return model.isEmpty() ? file.metadata().getOrDefault(KeyMatch.ENCODER, "") : model;
    }

    /**
     * Detects the encoder in a file: the one requested, else the one named in the metadata, else the one whose tensors
     * the file contains. Encoders with the same tensor names are told apart by {@link EncoderProvider#reasonAgainst}.
     *
     * @param model a {@linkplain EncoderProvider#name name} or alias; empty to detect the kind
     * @throws UnusableCheckpointException if the file holds no known encoder, or not the requested one
     */
    public static Recognized recognize(Checkpoint file, String model) {
        String stated = stated(file, model);
        if (!stated.isEmpty()) {
            EncoderProvider provider = find(stated)
                    .orElseThrow(() -> new UnusableCheckpointException(file.origin() + ": no encoder is called '"
                            + stated + "'; known are " + names() + FROM_A_JAR));
            KeyMatch match = match(provider, file, true)
                    .orElseThrow(() -> new UnusableCheckpointException(
                            file.origin() + ": this is no '" + stated + "' checkpoint: it has no "
                                    + provider.keyMaps().getFirst().signature() + " below one prefix; " + found(file)));
            return new Recognized(provider, match);
        }
        List<String> against = new ArrayList<>();
        for (EncoderProvider provider : providers()) {
            for (KeyMap map : provider.keyMaps()) {
                KeyMatch match = map.match(file, false).orElse(null);
                Optional<String> reason = match == null ? Optional.empty() : reasonAgainst(provider, match, file);
                if (match != null && reason.isEmpty()) {
                    return new Recognized(provider, match);
                }
                reason.ifPresent(r -> against.add(map.name() + " (" + r + ")"));
            }
        }
        throw new UnusableCheckpointException(file.origin() + ": no known encoder is in this file: "
                + (against.isEmpty()
                        ? found(file)
                        : "it has the names, but not the tensors of " + String.join(", ", against))
                + "; known are " + names() + ", see 'unmute encoders'" + FROM_A_JAR);
    }

    /**
     * Why a file with the names of one kind belongs to another model; empty if it belongs to this kind.
     *
     * @param match match of one of the kind's key maps with the file
     * @see EncoderProvider#reasonAgainst
     */
    public static Optional<String> reasonAgainst(EncoderProvider provider, KeyMatch match, Checkpoint file) {
        try {
            return provider.reasonAgainst(match.view(file, provider.name()));
        } catch (UnusableCheckpointException e) {
            // A tensor that the provider examines is missing or has another number of axes.
            String origin = file.origin() + ": ";
            String message = e.getMessage();
            return Optional.of(message.startsWith(origin) ? message.substring(origin.length()) : message);
        }
    }

    /**
     * Locates the tensors of an encoder in a file by name, without reading any tensor.
     *
     * @param certain whether the file is known to hold this kind, so that any prefix is accepted
     */
    public static Optional<KeyMatch> match(EncoderProvider provider, Checkpoint file, boolean certain) {
        return provider.keyMaps().stream()
                .flatMap(map -> map.match(file, certain).stream())
                .findFirst();
    }

    private static String found(Checkpoint file) {
        return file.names().isEmpty()
                ? "it has no tensors"
                : "its first tensors are " + file.names().stream().limit(5).toList();
    }

    private static List<String> names() {
        return providers().stream().map(EncoderProvider::name).toList();
    }
}
