package org.unmute.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;

/**
 * Writes the clips that a run used as a CSV {@code file,start,end,labels,split,sha256}. Start and end are in seconds,
 * empty for a whole file; labels are separated by ';'; the hash is that of the whole file. If a clip has unknown
 * classes, a last column {@code unknown} names them. The CSV can be read as a label file and as the table of the data
 * set "table".
 */
public final class UsedClips {
    private UsedClips() {}

    /**
     * Writes the clips of a manifest with the hashes in a token cache.
     *
     * @param tell receives a message if the file is not written because a label contains ';'
     * @throws IOException if it cannot be written
     */
    public static void write(Path file, Manifest used, TokenCache cache, Consumer<String> tell) throws IOException {
        if (used.labels().names().stream().anyMatch(l -> l.contains(";"))) {
            tell.accept(file + " is not written: a label contains ';', which separates labels in this file");
            return;
        }
        Map<String, String> hashes = new HashMap<>();
        for (CachedClip clip : cache.clips()) {
            hashes.put(clip.id(), clip.audioSha256());
        }
        write(file, used.clips(), hashes);
    }

    /**
     * Writes the record; the file is replaced only once the new one is complete.
     *
     * @param clips in the order of the run
     * @param sha256 hash of each clip's file by clip id, in lower-case hexadecimal
     * @throws IllegalArgumentException if a hash is missing, or a label contains ';'
     * @throws IOException if it cannot be written
     */
    public static void write(Path file, List<LabelledClip> clips, Map<String, String> sha256) throws IOException {
        boolean known = clips.stream().allMatch(LabelledClip::isKnown);
        List<String> columns = new ArrayList<>(List.of("file", "start", "end", "labels", "split", "sha256"));
        if (!known) {
            columns.add(LabelledClip.UNKNOWN_COLUMN);
        }
        CsvWriter table = new CsvWriter(columns.toArray(String[]::new));
        for (LabelledClip clip : clips) {
            String hash = sha256.get(clip.file());
            if (hash == null) {
                throw new IllegalArgumentException(
                        "used clips: no hash of " + MalformedTableException.quote(clip.file()));
            }
            List<String> named = new ArrayList<>(clip.labels());
            named.addAll(clip.unknown());
            for (String label : named) {
                if (label.contains(";")) {
                    throw new IllegalArgumentException(
                            "used clips: a label must not contain ';': " + MalformedTableException.quote(label));
                }
            }
            Optional<ClipId.Part> part = ClipId.part(clip.file());
            List<String> row = new ArrayList<>(List.of(
                    ClipId.source(clip.file()),
                    part.map(p -> ClipId.seconds(p.start())).orElse(""),
                    part.map(p -> ClipId.seconds(p.end())).orElse(""),
                    String.join(";", clip.labels()),
                    clip.split(),
                    hash));
            if (!known) {
                row.add(String.join(";", clip.unknown()));
            }
            table.row(row.toArray());
        }
        table.write(file);
    }
}
