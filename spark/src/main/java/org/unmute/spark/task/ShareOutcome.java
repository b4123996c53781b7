package org.unmute.spark.task;

import java.io.Serializable;
import java.util.List;
import org.unmute.spark.layout.ShareResult;

/**
 * What a task that ended well tells the driver.
 *
 * @param result what it wrote
 * @param examples some of the clips that could not be used, with the reasons, for the user
 */
public record ShareOutcome(ShareResult result, List<String> examples) implements Serializable {
    public ShareOutcome {
        examples = List.copyOf(examples);
    }
}
