/**
 * What is done, made on the driver: the options that results depend on, clips, and shares of them of about equal length
 * for the tasks.
 */
package org.unmute.spark.plan;
