/**
 * The paper's data sets as people have them on disk: which files are expected, which clips they hold, how each is
 * scored.
 */
package org.unmute.experiments.data.set;
