package org.unmute.cli.embed;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.unmute.data.OtherFiles;
import org.unmute.data.provenance.Units;
import org.unmute.probes.cache.Embedding;

/**
 * What became of recordings that were embedded.
 *
 * @param out      the cache
 * @param outcome  of this run
 * @param others   files that are no recordings
 * @param repaired damages of the cache that were repaired
 * @param total    clips that the cache holds now
 */
public record EmbedReport(Path out, Embedding.Outcome outcome, OtherFiles others, List<String> repaired, int total) {
    /** The report as JSON. */
    public record Document(
            String cache,
            int clips,
            int embedded,
            int alreadyPresent,
            int skipped,
            List<Embedding.Skipped> skippedClips,
            OtherFiles otherFiles,
            List<String> repaired) {}

    /** The report as JSON. */
    public Document document() {
        List<Embedding.Skipped> skipped = outcome.skipped();
        return new Document(
                out.toString(),
                total,
                outcome.embedded(),
                outcome.present(),
                skipped.size(),
                skipped,
                others,
                repaired);
    }

    /** Prints numbers of clips, and each one that was repaired or skipped. */
    public void print(PrintWriter o) {
        o.println(out + ": " + Units.count(total, "clip") + " (" + outcome.embedded() + " embedded now, "
                + outcome.present() + " already there), " + outcome.skipped().size() + " skipped");
        repaired.forEach(damage -> o.println("  repaired " + damage));
        outcome.skipped().forEach(one -> o.println("  skipped " + one.clip() + ": " + one.reason()));
    }
}
