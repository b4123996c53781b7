package org.unmute.cli.eval;

import java.io.IOException;
import java.io.PrintWriter;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.provenance.Units;
import org.unmute.events.search.ClipRetrieval;
import org.unmute.metrics.Retrieval;
import org.unmute.probes.cache.TokenCache;

/**
 * How well the mean tokens of clips find clips of the same label.
 *
 * @param clips number of clips
 * @param retrieval the scores
 */
public record RetrievalScores(int clips, Retrieval retrieval) {
    /**
     * Ranks clips by the cosine of their mean tokens, without padding.
     *
     * @param truth clips of the cache
     * @param k of the precision at k
     */
    public static RetrievalScores of(Manifest truth, TokenCache cache, int k) throws IOException {
        return new RetrievalScores(
                truth.clips().size(),
                ClipRetrieval.of(truth.clips().stream().map(LabelledClip::file).toList(), truth.targets(), cache, k));
    }

    /** Prints the scores. */
    public void print(PrintWriter o) {
        ConsoleTable table = new ConsoleTable("ranking", "mAP", "precision at " + retrieval.k());
        table.row("clips that share a label", retrieval.meanAveragePrecision(), retrieval.precisionAtK());
        table.row("class by class", retrieval.classMeanAveragePrecision(), retrieval.classPrecisionAtK());
        table.decimals(4).print(o);
        o.println();
        o.println(Units.count(retrieval.queries(), "clip") + " of " + clips
                + " have another clip with a label of theirs; " + retrieval.classes()
                + " classes have two clips or more");
    }
}
