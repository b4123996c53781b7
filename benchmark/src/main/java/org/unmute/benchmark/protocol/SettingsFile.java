package org.unmute.benchmark.protocol;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.unmute.files.AtomicFile;
import org.unmute.files.FileFailure;
import org.unmute.files.RegularFile;

/**
 * The settings that determine a cell's results, one {@code name=value} per line, so that a folder is never resumed with
 * other settings.
 *
 * @param file the settings file, which need not exist yet
 * @param settings by name, in order
 */
public record SettingsFile(Path file, Map<String, String> settings) {
    /**
     * Writes the file if it does not exist, otherwise compares it.
     *
     * @throws IOException if the settings differ; names the first difference with both values
     */
    public void requireSame() throws IOException {
        if (!RegularFile.exists(file)) {
            StringBuilder text = new StringBuilder();
            settings.forEach((name, value) -> text.append(name)
                    .append('=')
                    .append(value.replace('\n', ' '))
                    .append('\n'));
            Files.createDirectories(file.toAbsolutePath().getParent());
            AtomicFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
            return;
        }
        Map<String, String> before = new LinkedHashMap<>();
        for (String line : lines()) {
            int at = line.indexOf('=');
            before.put(at < 0 ? line : line.substring(0, at), at < 0 ? "" : line.substring(at + 1));
        }
        TreeSet<String> names = new TreeSet<>(before.keySet());
        names.addAll(settings.keySet());
        for (String name : names) {
            String now = settings.containsKey(name) ? settings.get(name).replace('\n', ' ') : null;
            if (now == null || !now.equals(before.get(name))) {
                throw new IOException(
                        "benchmark: " + file.getParent() + " was begun with other settings: " + name + " is "
                                + said(now) + ", there it was " + said(before.get(name))
                                + ": use those, delete the folder to start the cell anew, "
                                + "or choose another folder for the run");
            }
        }
    }

    private List<String> lines() throws IOException {
        try {
            return FileFailure.naming(file, () -> Files.readAllLines(file, StandardCharsets.UTF_8));
        } catch (CharacterCodingException e) {
            throw new IOException(
                    "benchmark: the settings in " + file + " are damaged, a byte sequence is not UTF-8: delete "
                            + file.getParent() + " to start the cell anew",
                    e);
        }
    }

    private static String said(String value) {
        return value == null ? "not set" : value;
    }

    /** Collects the settings of a cell and the fingerprints of its clips. */
    static SettingsFile of(Path file, CellSettings settings, CellData data) {
        Map<String, String> all = new LinkedHashMap<>(settings.describe());
        all.put("metric", data.metric().label());
        all.put("loss", data.objective().loss().name());
        all.put(
                "classes",
                data.classes().size() + ", "
                        + Integer.toHexString(List.copyOf(data.classes()).hashCode()));
        for (Fold fold : data.folds()) {
            String name = fold.number() == 0 ? "clips" : "fold-" + fold.number();
            all.put(
                    name,
                    "train " + fold.train().fingerprint() + ", validation "
                            + fold.validation().fingerprint() + ", test "
                            + fold.test().fingerprint() + (fold.standardizes() ? ", standardized" : ""));
        }
        all.remove("training.seed");
        all.remove("training.standardize");
        all.remove("training.loss");
        return new SettingsFile(file, all);
    }
}
