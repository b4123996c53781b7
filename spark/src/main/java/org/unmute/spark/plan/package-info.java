/**
 * The plan that the driver makes: the options that results depend on, the clips, and shares of about equal length for
 * the tasks.
 */
package org.unmute.spark.plan;
