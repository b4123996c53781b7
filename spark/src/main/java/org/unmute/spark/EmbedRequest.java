package org.unmute.spark;

import java.util.List;
import java.util.SortedSet;
import org.unmute.data.ClipDivision;
import org.unmute.events.detection.ContextSeconds;
import org.unmute.events.detection.RuleOptions;
import org.unmute.spark.plan.EmbedOptions;
import org.unmute.spark.plan.Kept;

/**
 * What an embedding is asked to do.
 *
 * @param options what results depend on, without rules of events, which need the probe
 * @param kept what is kept of each clip
 * @param rules of events
 * @param context of events
 * @param audio folder, sound file or list of recordings
 * @param root folder that paths in a list are relative to; null for the list's own
 * @param out folder to fill
 * @param division which recordings are divided
 * @param shardBytes max size of a shard
 * @param ship whether files of encoder and probe are sent to executors; null: if the driver has them on its own disks
 * @param strict whether the first recording that cannot be used ends the job
 * @param verify whether recordings that are in the folder are compared by their bytes
 * @param breakLock whether to take the folder from a driver that is dead
 * @param dryRun whether only to say what would be done
 * @param json whether the result is printed as JSON
 * @param arguments the command line
 */
record EmbedRequest(
        EmbedOptions options,
        SortedSet<Kept> kept,
        RuleOptions rules,
        ContextSeconds context,
        String audio,
        String root,
        String out,
        ClipDivision.Rule division,
        long shardBytes,
        Boolean ship,
        boolean strict,
        boolean verify,
        boolean breakLock,
        boolean dryRun,
        boolean json,
        List<String> arguments) {}
