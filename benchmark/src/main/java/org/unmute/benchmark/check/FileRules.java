package org.unmute.benchmark.check;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.unmute.data.TextTable;
import org.unmute.data.json.JsonLines;
import org.unmute.data.provenance.FolderManifest;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.files.InputException;
import org.unmute.files.RegularFile;
import org.unmute.probes.pool.PackedProtobin;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.vector.VectorIndex;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.backend.Backends;
import org.unmute.tensor.io.SafetensorsFile;

/** Checks single files that are recognized by their names. */
final class FileRules {
    private static final Pattern JSON = Pattern.compile("(.+\\.)?run\\.json"
            + "|(cell|grid|complete|metrics|eval|eval-events|explain|events|retrieval|settings|key)\\.json");
    private static final Pattern JOURNAL = Pattern.compile("trials\\.jsonl|reruns\\.jsonl|.+\\.epochs\\.jsonl");
    private static final Pattern TABLE =
            Pattern.compile("(validation-|eval-)?clips(-fold-\\d+)?\\.csv|scores\\.csv|loss\\.csv|manifest\\.csv");

    /** Backend for loading probes; needs no threads and no device. */
    private Backend backend;

    /** The result for a file that is not damaged. */
    enum Verdict {
        /** Not a file that the check recognizes. */
        UNKNOWN,
        INTACT,
        /** Weights without a digest, so that only their structure can be checked. */
        WITHOUT_DIGEST,
        /** A journal whose last line was not finished. */
        TORN
    }

    /**
     * Checks a file.
     *
     * @throws InputException if it is damaged
     * @throws IOException if it is damaged or cannot be read
     */
    Verdict check(Path file) throws IOException {
        String name = file.getFileName().toString();
        if (name.endsWith(".safetensors")) {
            return weights(file);
        }
        if (isIndex(file)) {
            vectors(file);
            return Verdict.INTACT;
        }
        if (JSON.matcher(name).matches()) {
            json(file);
            return Verdict.INTACT;
        }
        if (JOURNAL.matcher(name).matches()) {
            JsonLines.read(file);
            return endsInLineFeed(file) ? Verdict.INTACT : Verdict.TORN;
        }
        if (name.equals(VerdictJournal.FILE)) {
            VerdictJournal.read(file.toAbsolutePath().getParent());
            return Verdict.INTACT;
        }
        if (TABLE.matcher(name).matches()) {
            TextTable.forEach(file, _ -> {});
            return Verdict.INTACT;
        }
        return Verdict.UNKNOWN;
    }

    private Verdict weights(Path path) throws IOException {
        Map<String, String> about;
        boolean digest;
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            about = file.metadata();
            digest = file.hasDigest();
            String format = about.getOrDefault("format", "");
            if (digest || format.startsWith("unmute-checkpoint-") && !format.endsWith("-1")) {
                file.requireDigest();
            }
        }
        if (PackedProtobin.isPacked(path)) {
            PackedProtobin.load(path);
        } else if (about.getOrDefault("format", "").startsWith("unmute-probe-")
                && Probes.names().contains(about.get("probe"))) {
            // A probe of an unknown type is checked only by its digest.
            TrainedProbe.load(path, backend());
        }
        return digest ? Verdict.INTACT : Verdict.WITHOUT_DIGEST;
    }

    /** Whether a file is an index of a search, by its name or its bytes. */
    static boolean isIndex(Path file) {
        try {
            return file.getFileName().toString().endsWith(".vectors") || VectorIndex.isOne(file);
        } catch (IOException e) {
            return false; // a file of the user's that cannot be read
        }
    }

    private static void vectors(Path file) throws IOException {
        try (VectorIndex index = VectorIndex.open(file)) {
            List<String> damage = index.verify();
            if (!damage.isEmpty()) {
                throw new InputException(damage.getFirst());
            }
        }
        Path manifest = FolderManifest.beside(file);
        if (!RegularFile.isFile(manifest)) {
            throw new InputException(file + ": its manifest " + manifest.getFileName() + " is missing");
        }
    }

    private Backend backend() {
        if (backend == null) {
            backend = Backends.open("scalar", 1).backend();
        }
        return backend;
    }

    /** Reads a file of any size to its end. */
    private static void json(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file);
                JsonParser parser = new JsonFactory().createParser(in)) {
            if (parser.nextToken() == null) {
                throw new InputException(file + ": is empty");
            }
            parser.skipChildren();
            if (parser.nextToken() != null) {
                throw new InputException(file + ": broken JSON: text after its end");
            }
        } catch (JsonProcessingException e) {
            throw new InputException(file + ": broken JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static boolean endsInLineFeed(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        return bytes.length == 0 || bytes[bytes.length - 1] == '\n';
    }
}
