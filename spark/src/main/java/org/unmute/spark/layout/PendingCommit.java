package org.unmute.spark.layout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.unmute.data.provenance.Json;
import org.unmute.files.InputException;
import org.unmute.files.PlainText;
import org.unmute.spark.layout.ShareResult.StoredFile;

/**
 * The files that are to count from now on, and those that must no longer count. The decision takes effect once
 * this is written: whoever finds it carries it out, as often as necessary.
 *
 * @param files in the order in which they are moved
 * @param deleted files that no longer count, below the folder of the job
 */
record PendingCommit(List<StoredFile> files, List<String> deleted) {
    private static final String FORMAT = "unmute-commit-1";
    /** Paths of files in a commit; none of them can lead outside the folder. */
    private static final String PATH = "(_attempts|tokens|index|events)(/[A-Za-z0-9][A-Za-z0-9._-]*)+";

    PendingCommit {
        files = List.copyOf(files);
        deleted = List.copyOf(deleted);
    }

    byte[] encode() throws IOException {
        ObjectNode json = Json.object().put("format", FORMAT);
        ArrayNode all = json.putArray("files");
        for (StoredFile file : files) {
            all.addObject()
                    .put("from", file.from())
                    .put("to", file.to())
                    .put("bytes", file.bytes())
                    .put("sha256", file.sha256());
        }
        deleted.forEach(json.putArray("deleted")::add);
        return Json.MAPPER.writeValueAsBytes(json);
    }

    static PendingCommit parse(byte[] json, String file) throws IOException {
        JsonNode read = Json.MAPPER.readTree(json);
        if (!FORMAT.equals(read.path("format").asText())) {
            throw new InputException(file + " has the format "
                    + PlainText.quote(read.path("format").asText()) + ", this program reads " + FORMAT
                    + ": finish the job with the program that began it");
        }
        List<StoredFile> files = new ArrayList<>();
        for (JsonNode each : read.path("files")) {
            files.add(new StoredFile(
                    path(each.path("from"), file),
                    path(each.path("to"), file),
                    each.path("bytes").asLong(-1),
                    each.path("sha256").asText()));
        }
        List<String> deleted = new ArrayList<>();
        for (JsonNode each : read.path("deleted")) {
            deleted.add(path(each, file));
        }
        return new PendingCommit(files, deleted);
    }

    private static String path(JsonNode path, String file) {
        if (!path.asText().matches(PATH)) {
            throw new InputException(file + ": " + PlainText.quote(path.asText())
                    + " is not a file of a job's folder: someone else wrote this: delete it");
        }
        return path.asText();
    }
}
