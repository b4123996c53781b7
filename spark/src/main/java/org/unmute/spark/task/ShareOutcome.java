package org.unmute.spark.task;

import java.io.Serializable;
import java.util.List;
import org.unmute.spark.layout.ShareResult;

/**
 * The report of a successful task to the driver.
 *
 * @param result files that the task wrote
 * @param examples some of the clips that could not be used, with the reasons, for the user
 * @param odd number of clips of which something about time or place is odd
 * @param oddExamples some of these, with what is odd
 */
public record ShareOutcome(ShareResult result, List<String> examples, int odd, List<String> oddExamples)
        implements Serializable {
    public ShareOutcome {
        examples = List.copyOf(examples);
        oddExamples = List.copyOf(oddExamples);
    }
}
