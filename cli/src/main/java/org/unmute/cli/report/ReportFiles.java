package org.unmute.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.unmute.benchmark.results.ComparedRuns;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.RunRecord;
import org.unmute.files.RegularFile;
import org.unmute.report.benchmark.ReportFolder;

/**
 * The files of a report in its folder, with the record that tells a later report which of them to remove.
 *
 * @param out   its folder
 * @param files its files, by path relative to the folder
 */
public record ReportFiles(Path out, Map<String, byte[]> files) {
    private static final String RECORD = "report.json";
    private static final String FILES = "files";

    /**
     * Removes what an earlier report has beyond this one, then writes the files and the record. The caller has claimed
     * the folder.
     *
     * @throws IOException if a file cannot be removed or written
     */
    public void write(ComparedRuns results, RunRecord record) throws IOException {
        removeEarlier();
        ReportFolder.write(out, files);
        record.result("cells", results.entries().size() + results.variants().size())
                .result("missing", results.missing())
                .result("remarks", results.remarks())
                .result(FILES, List.copyOf(files.keySet()));
        record.writeTo(out.resolve(RECORD));
    }

    /** Removes files of an earlier report that this one does not write. */
    private void removeEarlier() throws IOException {
        Path record = out.resolve(RECORD);
        if (!RegularFile.exists(record)) {
            return;
        }
        for (JsonNode file : Json.read(record).path("results").path(FILES)) {
            Path old = out.resolve(file.asText()).normalize();
            if (!files.containsKey(file.asText()) && old.startsWith(out.normalize())) {
                Files.deleteIfExists(old);
            }
        }
    }
}
